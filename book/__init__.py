"""What the build needs: `notebooks` stores outputs, `ext` extends Sphinx, `static` holds styles and scripts."""
