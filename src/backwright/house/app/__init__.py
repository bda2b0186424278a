"""The application: routes over services over one database."""
