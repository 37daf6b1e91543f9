//! What a database engine's drill needs besides its data: the sandbox's image, what runs in it and how it is
//! heard, the command to copy. Whoever runs the sandbox asks here, and knows no engine.

pub mod mongodb;

use crate::domain::engine::{Engine, ServerVersion, VersionSource};
use crate::domain::failure::Failure;
use crate::domain::settings::ImageChoice;
use crate::domain::units::ByteSize;
use crate::drill::recipe::mongodb as mongo;

/// A database engine's server as a sandbox runs it.
#[derive(Debug, PartialEq, Eq)]
pub struct Server {
    /// What the image's entrypoint is told to run; its [`flags`] follow.
    pub program: &'static str,
    /// Where it listens, on the sandbox's own loopback.
    pub port: u16,
    pub volumes: &'static [Volume],
    /// Where it keeps its files: the volume whose free space counts.
    pub database_folder: &'static str,
    /// The folder that a dump's tar is unpacked into.
    pub upload_folder: &'static str,
    /// The engine's own program that restores, which an image may have.
    pub restore_tool: &'static str,
    /// What is advised where an image does not do.
    pub official_image: &'static str,
    /// The exit codes that mean something with this server only.
    pub endings: &'static [Ending],
    /// What is advised where the processor lacks an instruction.
    pub processor_advice: &'static str,
}

/// A folder of the server that outlives its container, until the clean-up.
#[derive(Debug, PartialEq, Eq)]
pub struct Volume {
    /// The end of its name.
    pub ending: &'static str,
    /// Where it is mounted.
    pub target: &'static str,
}

/// What some of a server's exit codes mean.
#[derive(Debug, PartialEq, Eq)]
pub struct Ending {
    pub codes: &'static [i64],
    pub what: &'static str,
}

pub const fn server(engine: Engine) -> &'static Server {
    match engine {
        Engine::Mongodb => &mongo::SERVER,
    }
}

/// What the server is told in a container of this much memory.
pub fn flags(engine: Engine, memory: ByteSize) -> Vec<String> {
    match engine {
        Engine::Mongodb => mongo::flags(memory),
    }
}

/// A line of the server's log in one form for all its versions, of which nothing is a document's.
pub fn without_documents(engine: Engine, line: &str) -> String {
    match engine {
        Engine::Mongodb => mongo::log::without_documents(line),
    }
}

/// The most telling line of a log whose lines are [`without_documents`].
pub fn last_words(engine: Engine, log: &[String]) -> Option<&str> {
    match engine {
        Engine::Mongodb => mongo::log::last_words(log),
    }
}

/// The version that the engine's own restore tool tells when it is asked with `--version`.
pub fn tool_version(engine: Engine, text: &str) -> Option<String> {
    match engine {
        Engine::Mongodb => mongo::tool_version(text),
    }
}

/// Whether servers of this release series (`7.0`) run on some processors only.
pub fn is_choosy(engine: Engine, series: &str) -> bool {
    match engine {
        Engine::Mongodb => mongo::processor::is_choosy(series),
    }
}

/// Why the processor that `/proc/cpuinfo` describes cannot run a server of this release series.
/// `None` where it can, or where nothing is known.
pub fn processor_refusal(
    engine: Engine,
    series: &str,
    architecture: &str,
    cpuinfo: &str,
) -> Option<Failure> {
    match engine {
        Engine::Mongodb => mongo::processor::refusal(series, architecture, cpuinfo),
    }
}

/// What is worth knowing of an image whose series has come to its end.
pub fn end_of_life(engine: Engine, image: &str) -> Option<String> {
    match engine {
        Engine::Mongodb => mongo::end_of_life(image),
    }
}

fn official_image(engine: Engine, version: &ServerVersion) -> String {
    match engine {
        Engine::Mongodb => mongo::image(version),
    }
}

/// The image of a sandbox and why that one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    pub name: String,
    pub because: VersionSource,
}

/// The image for a version: the pinned one, else the official one of the version's series, behind
/// the mirror unless its name says where it is. `None` when neither is known.
pub fn image(
    engine: Engine,
    choice: &ImageChoice,
    mirror: &str,
    version: Option<&ServerVersion>,
) -> Option<Image> {
    let name = |name: &str| {
        let is_whole = has_registry(name) || name.starts_with(mirror);
        if is_whole { name.to_owned() } else { format!("{mirror}{name}") }
    };
    match (choice, version) {
        (ImageChoice::Pinned(pinned), _) => {
            Some(Image { name: name(pinned), because: VersionSource::Configuration })
        }
        (ImageChoice::Auto, Some(version)) => {
            Some(Image { name: name(&official_image(engine, version)), because: version.from })
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

    const ENGINE: Engine = Engine::Mongodb;

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
            assert_eq!(image(ENGINE, &pinned, mirror, None).unwrap().name, expected);
        }
    }

    #[test]
    fn the_image_follows_the_version_unless_one_is_pinned() {
        let version = ServerVersion { value: "7.0.14".to_owned(), from: VersionSource::Prelude };
        let auto = image(ENGINE, &ImageChoice::Auto, "registry.example/", Some(&version)).unwrap();
        assert_eq!(auto.name, "registry.example/mongo:7.0");
        let pinned = ImageChoice::Pinned("mongo:4.2.24".to_owned());
        assert_eq!(image(ENGINE, &pinned, "", None).unwrap().name, "mongo:4.2.24");
        assert_eq!(image(ENGINE, &ImageChoice::Auto, "", None), None);
    }
}
