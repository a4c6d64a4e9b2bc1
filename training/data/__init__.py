"""Labelled pictures: their forms (`forms`), cases (`dataset`), split, perceptual hashes and augmentation."""
