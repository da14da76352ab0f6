"""An OpenRelik worker that recovers photos from disk images with the program afterimage."""
