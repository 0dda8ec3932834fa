"""The catalogue: every event that Regulars tells or hears, as a pydantic model.

An event of the house lies on the bus as `source` `regulars.<service>`, `detail-type` the model's name, and `detail`
`{"metadata": Metadata, "data": <model>}`. An event of the shop's own systems (`source` `orders` or `storefront`) has
the model itself as its `detail`. Fields are only ever added; a change that breaks is a new model whose name ends in
V2. Unknown fields are ignored. `python -m infra.docs` writes the JSON Schemas and the page in docs/events/.
"""
