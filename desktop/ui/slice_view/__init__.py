"""What paints slices and feels the mouse over them."""
