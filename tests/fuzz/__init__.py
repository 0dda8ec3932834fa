"""Random requests to every route, as each role, against the OpenAPI documents."""
