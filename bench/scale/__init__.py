"""What a city, a province and the country need: measured costs, arithmetic over them, and a simulated year.

`python -m bench.scale` fills the tables of docs/operations/scale.md; `costs` and `hosting` measure what they rest on.
"""
