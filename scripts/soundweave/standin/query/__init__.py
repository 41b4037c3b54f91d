"""Finding sounds: the query, the filter, similarity and the order of results."""
