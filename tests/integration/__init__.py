"""Tests against a real RabbitMQ and a real PostgreSQL; they kill things."""
