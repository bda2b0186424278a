"""Transfer: an exemplar becomes a new resource. Roles, names, fields, relations, dialect."""
