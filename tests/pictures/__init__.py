"""Pictures of the dashboards for the documents: drawn by our own hand from the files that Grafana gets and from
figures of the demo city. They show what a dashboard says, not how Grafana draws it.

`python -m tests.pictures` draws them anew into docs/pictures.
"""
