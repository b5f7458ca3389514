"""The product's way: chain of identity from vein to vein, identity checks by two persons, holds, the infusion."""
