//! The console's table of keys, beside what the configuration says of it.

use lifeboat::config::ACTIONS;
use lifeboat::ui::keymap::BINDINGS;

#[test]
fn the_configuration_knows_every_action_by_its_name() {
    let mut names: Vec<&str> = Vec::new();
    for binding in BINDINGS {
        if !names.contains(&binding.name) {
            names.push(binding.name);
        }
    }
    assert_eq!(names, ACTIONS);
}

#[test]
fn the_readme_lists_every_key() {
    let readme =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let table =
        readme.split("<!-- keys -->").nth(1).unwrap().split("<!-- /keys -->").next().unwrap();
    for binding in BINDINGS {
        let keys: Vec<String> =
            binding.keys.iter().map(|key| format!("`{}`", key.replace('|', "\\|"))).collect();
        let entry = format!("{} {}", keys.join(" "), binding.does);
        assert!(table.contains(&entry), "the README lacks: {entry}");
    }
}
