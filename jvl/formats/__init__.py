"""Dates and times where a language needs others than Django's."""
