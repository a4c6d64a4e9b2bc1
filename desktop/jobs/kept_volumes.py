"""Volumes of series that were looked at before, so that going back is at once."""

from collections import OrderedDict
from collections.abc import Collection

from imaging.volume.volume import Volume

_KEPT_BYTES = 2**30


class KeptVolumes:
    """Keeps volumes in memory up to `_KEPT_BYTES`; those that were looked at longest ago go first."""

    def __init__(self) -> None:
        self._volumes: OrderedDict[str, Volume] = OrderedDict()

    def find(self, series_id: str) -> Volume | None:
        """Return the volume of a series, if it is kept."""
        return self._volumes.get(series_id)

    def keep(self, volume: Volume) -> None:
        """Keep a volume, which is looked at now."""
        self._volumes[volume.series.id] = volume
        self._volumes.move_to_end(volume.series.id)
        while len(self._volumes) > 1 and sum(one.stored.nbytes for one in self._volumes.values()) > _KEPT_BYTES:
            self._volumes.popitem(last=False)

    def restrict(self, ids: Collection[str]) -> None:
        """Let go of the volumes of all series but these."""
        self._volumes = OrderedDict((name, volume) for name, volume in self._volumes.items() if name in ids)
