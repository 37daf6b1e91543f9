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
