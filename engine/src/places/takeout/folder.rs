//! What the names of folders in an export say, in the languages of its users.

/// What a folder with photos is called that is no album, in lower case: the trash, the archive, the locked folder.
const TRASH: &[&str] = &[
    "trash",
    "bin",
    "papierkorb",
    "corbeille",
    "papelera",
    "papelera de reciclaje",
    "lixeira",
    "lixo",
    "cestino",
    "prullenbak",
    "papperskorgen",
    "papirkurv",
    "papirkurven",
    "papperskorg",
    "kosz",
    "koš",
    "kôš",
    "roskakori",
    "корзина",
    "кошик",
    "кош",
    "κάδος",
    "κάδος απορριμμάτων",
    "çöp",
    "çöp kutusu",
    "lomtár",
    "kuka",
    "coș de gunoi",
    "smeće",
    "otpad",
    "šiukšliadėžė",
    "prügikast",
    "miskaste",
    "ゴミ箱",
    "휴지통",
    "回收站",
    "回收桶",
    "垃圾桶",
    "垃圾箱",
    "ถังขยะ",
    "thùng rác",
    "sampah",
    "אשפה",
    "المهملات",
    "سلة المهملات",
];
const OTHERS: &[&str] = &[
    "archive",
    "archiv",
    "archives",
    "archivo",
    "arquivo",
    "archivio",
    "archief",
    "arkiv",
    "archiwum",
    "arkisto",
    "архив",
    "архів",
    "arşiv",
    "アーカイブ",
    "보관함",
    "归档",
    "封存",
    "locked folder",
    "gesperrter ordner",
    "dossier verrouillé",
    "carpeta privada",
    "failed videos",
];

/// How the first word begins of a folder with the photos of a year, in lower case: "Photos from 2023".
const PHOTOS: &[&str] = &[
    "photo",
    "foto",
    "bild",
    "billed",
    "kuva",
    "kuvi",
    "zdję",
    "fotk",
    "fotogr",
    "fénykép",
    "fotó",
    "фот",
    "снимк",
    "φωτο",
    "valokuv",
    "slik",
    "gambar",
    "ảnh",
    "รูป",
    "תמונות",
    "صور",
];

/// What a folder of an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The photos of a year.
    Year,
    /// The trash.
    Trash,
    /// Something else that is no album.
    Other,
    /// An album, as far as its name tells.
    Album,
}

/// What a folder is by its name.
pub(super) fn kind(name: &str) -> Kind {
    let lower = name.trim().to_lowercase();
    if TRASH.contains(&lower.as_str()) {
        return Kind::Trash;
    }
    if OTHERS.contains(&lower.as_str()) || is_of_photos(name) || lower == "takeout" {
        return Kind::Other;
    }
    if is_year(&lower) { Kind::Year } else { Kind::Album }
}

/// Whether it is what Google calls the folder around all others: "Google Photos", "Google Fotos".
pub(super) fn is_of_photos(name: &str) -> bool {
    let lower = name.to_lowercase();
    let product = lower.strip_prefix("google ").or(lower.strip_prefix("google\u{a0}"));
    product.is_some_and(|word| {
        PHOTOS.iter().any(|begin| word.starts_with(begin))
            || word == "フォト"
            || word == "포토"
            || word == "相册"
    })
}

/// "Photos from 2023", "Fotos von 2023", "2023年の写真": one year, and few words around it.
fn is_year(lower: &str) -> bool {
    let digits: String = lower.chars().filter(char::is_ascii_digit).collect();
    let is_one = digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"));
    if !is_one || !lower.contains(&digits) {
        return false;
    }
    let begins = PHOTOS.iter().any(|begin| lower.starts_with(begin)) && lower.ends_with(&digits);
    let after = lower.strip_prefix(&digits).map(str::trim_start);
    let is_eastern = after.is_some_and(|rest| rest.starts_with(['年', '년']));
    (begins && lower.split_whitespace().count() <= 5) || is_eastern
}

/// The path of a folder from the root of its export on: the same in all parts.
pub(super) fn in_export(folder: &str) -> &str {
    let mut at = 0;
    let mut inside = None;
    for part in folder.split('/') {
        let end = at + part.len();
        if part == "Takeout" || is_of_photos(part) {
            inside = Some(folder.get(end..).unwrap_or("").trim_start_matches('/'));
        }
        at = end + 1;
    }
    inside.unwrap_or(folder)
}

/// Whether a folder lies where exports have their photos, as far as names tell: below `Takeout/Google Photos`.
pub(super) fn is_in_photos(folder: &str) -> bool {
    let mut parts = folder.split('/');
    parts.any(|part| part == "Takeout") && parts.next().is_some_and(is_of_photos)
}

/// Whether a folder lies in an export, as far as names tell.
pub(super) fn is_in_export(folder: &str) -> bool {
    folder.split('/').any(|part| part == "Takeout" || is_of_photos(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_known_in_many_languages() {
        for year in [
            "Photos from 2023",
            "Fotos von 2023",
            "Photos de 2019",
            "Foto's uit 2001",
            "Zdjęcia z 2020",
            "2023年の写真",
            "Фото за 2018",
            "Foto da 1999",
            "Billeder fra 2022",
        ] {
            assert_eq!(kind(year), Kind::Year, "{year}");
        }
        for trash in ["Trash", "Bin", "Papierkorb", "ゴミ箱", "Корзина"] {
            assert_eq!(kind(trash), Kind::Trash, "{trash}");
        }
        for album in ["Holidays 2023", "Photos", "2023", "Photos from 2019 and 2020", "Wedding"] {
            assert_eq!(kind(album), Kind::Album, "{album}");
        }
        assert_eq!((kind("Archive"), kind("Google Fotos")), (Kind::Other, Kind::Other));
    }

    #[test]
    fn parts_that_were_unpacked_apart_have_the_same_folders() {
        assert_eq!(in_export("a/Takeout/Google Fotos/Album"), "Album");
        assert_eq!(in_export("takeout-2/Takeout/Google Fotos/Album"), "Album");
        assert_eq!(in_export("x/Album"), "x/Album");
        assert_eq!(in_export("Takeout"), "");
        assert!(is_in_photos("x/Takeout/Google Fotos/Album") && !is_in_photos("Takeout/Drive"));
    }
}
