"""Models whose learning rule is not gradient descent on a loss."""
