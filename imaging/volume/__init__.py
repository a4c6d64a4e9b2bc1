"""What an image is: geometry, window, series, volume and slice. Pure: no file is opened here."""
