"""Films and stills of recordings: by one process, by several, by a dask cluster; scenes tried against musics."""
