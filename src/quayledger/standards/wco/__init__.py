"""WCO data model messages: customs declarations."""
