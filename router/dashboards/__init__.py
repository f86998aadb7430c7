"""Grafana dashboards as code: what each shows, made once and written in Chinese and in English.

`case-router dashboards render` writes classic dashboard JSON to deploy/grafana/dashboards/<language>/; what is
committed there is what this makes of the shipped policies, and a test holds the two together.

The law of the room: nothing here computes a figure or asks a server. A panel names metrics of the catalogues
(`router.metrics`, and `foreign` for RabbitMQ's and the process's own), and the definition that stands beside the
number is the catalogue's own sentence. No ratio stands without its denominator.

Read `spec` for what a panel is, `city` for what a dashboard looks like, `classic` for what Grafana gets.
"""
