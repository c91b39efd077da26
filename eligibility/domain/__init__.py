"""The judging heart: plain Python. Facts and the law in force go in, a decision comes out."""
