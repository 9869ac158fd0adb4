"""The answers of `manage.py survival` and `manage.py describe`: from a table and a question to JSON data.

`columns` turns texts into numbers and levels, `question` holds what was asked, `survival` and
`describe` assemble the data that docs/commands.md describes, and the `printed_…` modules turn
those data into a report.
"""
