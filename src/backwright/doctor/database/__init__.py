"""The database: reached, migrated, used as it wants to be."""
