"""case-router: moves citizens' cases (工单) over city, district and street, and holds every deadline."""

__version__ = "0.1.0"
