"""Multiplanar reformation: three planes at right angles through one point, as a frozen value and its changes. No Qt."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imaging.volume.geometry import SCREEN_AXES, Plane, Vector
from imaging.volume.reslice import Projection, Slab, choose_directions, direction_of

MPR_PLANES = (Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL)
"""The planes in the order of their panes."""
PLANE_COLOURS = {Plane.AXIAL: "#ef5f5f", Plane.SAGITTAL: "#e8c547", Plane.CORONAL: "#62c46a"}
SLABS = (0.0, 2.0, 5.0, 10.0, 20.0, 40.0)
"""Thicknesses in millimetres that the commands go through."""


def _vector(values: NDArray[np.float64]) -> Vector:
    x, y, z = (float(part) for part in values)
    return x, y, z


_STRAIGHT = tuple(_vector(direction_of(SCREEN_AXES[plane][0])) for plane in MPR_PLANES)


@dataclass(frozen=True)
class MprState:
    """The crosshair: its point in LPS millimetres, the unit normal of each of `MPR_PLANES`, and what is projected."""

    point: Vector
    normals: tuple[Vector, ...] = _STRAIGHT
    millimetres: float = 0.0
    projection: Projection = Projection.MAXIMUM

    @property
    def slab(self) -> Slab | None:
        """The slab that each pane shows around its plane; None for the plane alone."""
        return Slab(self.millimetres, self.projection) if self.millimetres > 0 else None

    def normal(self, plane: Plane) -> NDArray[np.float64]:
        """Return the normal of one of the planes."""
        return np.array(self.normals[MPR_PLANES.index(plane)])

    def directions(self, plane: Plane) -> NDArray[np.float64]:
        """Return unit vectors (normal, down, right) of a plane's picture, one column each."""
        return choose_directions(self.normal(plane), like=plane)

    def moved_to(self, point: ArrayLike) -> "MprState":
        """Return the crosshair at another point."""
        return replace(self, point=_vector(np.asarray(point, dtype=np.float64)))

    def moved_along(self, plane: Plane, millimetres: float) -> "MprState":
        """Return the crosshair moved along the normal of a plane."""
        return self.moved_to(np.array(self.point) + self.normal(plane) * millimetres)

    def turned(self, plane: Plane, radians: float) -> "MprState":
        """Return the other two planes turned around the normal of one, which stays (Rodrigues' formula)."""
        axis = self.normal(plane)

        def turn(vector: NDArray[np.float64]) -> NDArray[np.float64]:
            cosine, sine = np.cos(radians), np.sin(radians)
            turned = vector * cosine + np.cross(axis, vector) * sine + axis * (axis @ vector) * (1 - cosine)
            return np.asarray(turned / np.linalg.norm(turned))

        others = (
            self.normals[n] if one is plane else _vector(turn(self.normal(one))) for n, one in enumerate(MPR_PLANES)
        )
        return replace(self, normals=tuple(others))

    def straightened(self) -> "MprState":
        """Return planes that stand upright in the patient, through the same point."""
        return replace(self, normals=_STRAIGHT)

    def with_thickness(self, steps: int) -> "MprState":
        """Return a slab so many steps thicker (negative: thinner)."""
        at = min(range(len(SLABS)), key=lambda number: abs(SLABS[number] - self.millimetres)) + steps
        return replace(self, millimetres=SLABS[min(max(at, 0), len(SLABS) - 1)])

    def with_next_projection(self) -> "MprState":
        """Return the slab with the next of maximum, minimum and mean."""
        kinds = tuple(Projection)
        return replace(self, projection=kinds[(kinds.index(self.projection) + 1) % len(kinds)])
