"""Files that leave the program, written in the background: pictures with their layers, films, figures."""
