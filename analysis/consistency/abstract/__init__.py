"""Reading a pasted abstract and checking what it says."""
