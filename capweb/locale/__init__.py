"""Languages of the product: French first, English complete."""
