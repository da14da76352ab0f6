//! The tags that the walker reads, by the names of their standards.
//!
//! Source: TIFF 6.0, CIPA DC-008 (Exif 2.32), Adobe DNG 1.7, TIFF Technical Note 1 (SubIFDs);
//! vendors' tags from ExifTool's tables.

pub const NEW_SUBFILE_TYPE: u16 = 0xFE;
pub const IMAGE_WIDTH: u16 = 0x100;
pub const IMAGE_LENGTH: u16 = 0x101;
pub const BITS_PER_SAMPLE: u16 = 0x102;
pub const COMPRESSION: u16 = 0x103;
pub const PHOTOMETRIC: u16 = 0x106;
pub const FILL_ORDER: u16 = 0x10A;
pub const MAKE: u16 = 0x10F;
pub const MODEL: u16 = 0x110;
pub const STRIP_OFFSETS: u16 = 0x111;
pub const ORIENTATION: u16 = 0x112;
pub const SAMPLES_PER_PIXEL: u16 = 0x115;
pub const ROWS_PER_STRIP: u16 = 0x116;
pub const STRIP_BYTE_COUNTS: u16 = 0x117;
pub const PLANAR_CONFIGURATION: u16 = 0x11C;
pub const T4_OPTIONS: u16 = 0x124;
pub const SOFTWARE: u16 = 0x131;
pub const DATE_TIME: u16 = 0x132;
pub const TILE_WIDTH: u16 = 0x142;
pub const TILE_LENGTH: u16 = 0x143;
pub const TILE_OFFSETS: u16 = 0x144;
pub const TILE_BYTE_COUNTS: u16 = 0x145;
pub const SUB_IFDS: u16 = 0x14A;
pub const JPEG_TABLES: u16 = 0x15B;
pub const JPEG_PROC: u16 = 0x200;
pub const JPEG_OFFSET: u16 = 0x201;
pub const JPEG_LENGTH: u16 = 0x202;
pub const YCBCR_SUBSAMPLING: u16 = 0x212;
/// A directory of Kodak's professional cameras.
pub const KODAK_IFD: u16 = 0x8290;
/// Leaf's own data, in MOS.
pub const LEAF_DATA: u16 = 0x8606;
pub const EXIF_IFD: u16 = 0x8769;
pub const GPS_IFD: u16 = 0x8825;
pub const MAKER_NOTE: u16 = 0x927C;
pub const PIXEL_X_DIMENSION: u16 = 0xA002;
pub const PIXEL_Y_DIMENSION: u16 = 0xA003;
pub const INTEROP_IFD: u16 = 0xA005;
pub const DNG_VERSION: u16 = 0xC612;
/// Data of the maker's own; in Sony's files, the four bytes of an offset.
pub const DNG_PRIVATE_DATA: u16 = 0xC634;
/// Camera profiles outside of the first directory, each a small TIFF with another magic.
pub const EXTRA_CAMERA_PROFILES: u16 = 0xC6F5;
/// A directory of Kodak's consumer cameras.
pub const KDC_IFD: u16 = 0xFE00;

/// Where Sony's encrypted directory lies, in the directory that `DNG_PRIVATE_DATA` points at.
pub const SR2_OFFSET: u16 = 0x7200;
/// Its length in bytes.
pub const SR2_LENGTH: u16 = 0x7201;
