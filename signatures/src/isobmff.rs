//! isobmff.
