"""The way in: login, second factor, sessions and their clock, limits, passwords, the hospital's own login.

allauth keeps the factors and leads through the login; every address is listed in `urls`, so that no
other way in exists. `clock` ends sessions, `second_factor` and `one_time` say what a session may open
before it is complete, `fresh` asks for the factor again before what counts.
"""
