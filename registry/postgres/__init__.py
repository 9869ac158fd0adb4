"""The embedded PostgreSQL: a private server that starts with its first user and ends with its last.

`base` is the Django database backend, `server` the life of the server, `cluster` its data
folder, `programs` how PostgreSQL's programs are run, `locks` who is using it. Nothing outside
this package knows that the server is embedded, except `manage.py database`.
"""
