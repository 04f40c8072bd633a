"""Campaigns: phases that are validated, journalled, and roll themselves back."""
