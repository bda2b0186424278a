"""Why does this API fail? One file a diagnosis, in a folder for each check of the specialist's."""
