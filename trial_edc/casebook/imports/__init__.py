"""Reading files of other systems, and what their rows say of the forms of one subject. Nothing is written here."""
