"""What differs between two symphonies: in their text (`difference`), and in what they hold (`divergence`)."""
