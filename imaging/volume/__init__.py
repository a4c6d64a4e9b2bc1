"""An image in memory: geometry, window, series, volume and slice. Pure: no file is opened here."""
