//! What a database engine's drill needs besides its data: the sandbox's image, the command to copy.

pub mod mongodb;

use crate::domain::engine::{ServerVersion, VersionSource};
use crate::domain::settings::ImageChoice;
use crate::drill::recipe::mongodb::image as official_image;

/// The image of a sandbox and why that one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    pub name: String,
    pub because: VersionSource,
}

/// The image for a version: the pinned one, else the official one of the version's series, behind
/// the mirror unless its name says where it is. `None` when neither is known.
pub fn image(choice: &ImageChoice, mirror: &str, version: Option<&ServerVersion>) -> Option<Image> {
    let name = |name: &str| {
        let is_whole = has_registry(name) || name.starts_with(mirror);
        if is_whole { name.to_owned() } else { format!("{mirror}{name}") }
    };
    match (choice, version) {
        (ImageChoice::Pinned(pinned), _) => {
            Some(Image { name: name(pinned), because: VersionSource::Configuration })
        }
        (ImageChoice::Auto, Some(version)) => {
            Some(Image { name: name(&official_image(version)), because: version.from })
        }
        (ImageChoice::Auto, None) => None,
    }
}

/// Whether an image's name begins with a registry's host, as container engines tell one from a
/// folder: by a dot, a port, or `localhost`.
fn has_registry(name: &str) -> bool {
    name.split_once('/').is_some_and(|(host, _)| host.contains(['.', ':']) || host == "localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_is_put_before_names_that_do_not_say_where_they_are() {
        for (pinned, mirror, expected) in [
            ("mongo:4.2", "mirror/", "mirror/mongo:4.2"),
            ("team/mongo:4.2", "mirror/", "mirror/team/mongo:4.2"),
            ("mirror/mongo:4.2", "mirror/", "mirror/mongo:4.2"),
            ("own.example/mongo:4.2", "mirror/", "own.example/mongo:4.2"),
            ("own:5000/mongo", "mirror/", "own:5000/mongo"),
            ("localhost/mongo", "mirror/", "localhost/mongo"),
            ("mongo:4.2", "", "mongo:4.2"),
        ] {
            let pinned = ImageChoice::Pinned(pinned.to_owned());
            assert_eq!(image(&pinned, mirror, None).unwrap().name, expected);
        }
    }

    #[test]
    fn the_image_follows_the_version_unless_one_is_pinned() {
        let version = ServerVersion { value: "7.0.14".to_owned(), from: VersionSource::Prelude };
        let auto = image(&ImageChoice::Auto, "registry.example/", Some(&version)).unwrap();
        assert_eq!(auto.name, "registry.example/mongo:7.0");
        let pinned = ImageChoice::Pinned("mongo:4.2.24".to_owned());
        assert_eq!(image(&pinned, "", None).unwrap().name, "mongo:4.2.24");
        assert_eq!(image(&ImageChoice::Auto, "", None), None);
    }
}
