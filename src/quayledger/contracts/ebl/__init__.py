"""The electronic bill of lading: who controls the goods, and who is entitled to them."""
