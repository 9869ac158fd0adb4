"""The real site under several real people: gunicorn's processes in front, writers that are processes behind.

`site` starts and kills, `browser` speaks HTTP as a browser does, `forms` reads what a form would send,
`writer` is a person who edits without pause. None of it knows Django: it sees what a person sees.
"""
