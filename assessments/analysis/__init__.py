"""Analyses of response, survival and kinetics: casebooks in, tables and figures out."""
