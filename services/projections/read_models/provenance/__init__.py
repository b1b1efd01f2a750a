"""The provenance trace, in parts: nodes and edges by the kind of stream that tells them."""
