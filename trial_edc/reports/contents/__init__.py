"""What stands in each report: plain data for the templates of `templates/reports/pdf/`."""
