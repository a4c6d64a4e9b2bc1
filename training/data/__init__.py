"""Labelled pictures: forms of folders, cases, groups, splits, augmentation."""
