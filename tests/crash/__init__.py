"""What is left after `kill -9`: of a web process, and of PostgreSQL itself, in durable mode."""
