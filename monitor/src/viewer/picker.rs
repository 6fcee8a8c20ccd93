//! Choosing one of several hosts.

use super::input::Input;
use super::screen::{Screen, Signals};
use super::{Ended, NAP, insist};
use crate::hosts::Found;
use crate::view::{Theme, draw_picker};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::io;
use std::path::PathBuf;

/// Asks on this terminal, in these colours and signs, which host is meant.
///
/// # Errors
///
/// If the terminal cannot be used.
pub fn pick(hosts: &[Found], theme: Theme) -> io::Result<Result<PathBuf, Ended>> {
    insist(theme);
    let mut screen = Screen::open(Signals::Ours)?;
    let mut input = Input::new()?;
    let mut chosen = 0;
    loop {
        screen.draw(|frame| draw_picker(hosts, chosen, theme, frame))?;
        let event = loop {
            if let Some(signal) = screen.signal() {
                return Ok(Err(Ended::Signal(signal)));
            }
            if let Some(event) = input.next()? {
                break event;
            }
            input.wait(NAP)?;
        };
        let Event::Key(key) = event else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        match answer(key, chosen, hosts.len()) {
            Answer::Choose(at) => chosen = at,
            Answer::Take => {
                if let Some(host) = hosts.get(chosen) {
                    return Ok(Ok(host.socket.clone()));
                }
            }
            Answer::Leave => return Ok(Err(Ended::Quit)),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Choose(usize),
    Take,
    Leave,
}

fn answer(key: KeyEvent, chosen: usize, count: usize) -> Answer {
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char('c') if ctrl => Answer::Leave,
        KeyCode::Char('q') | KeyCode::Esc => Answer::Leave,
        KeyCode::Enter => Answer::Take,
        KeyCode::Up | KeyCode::Char('k') => Answer::Choose(chosen.saturating_sub(1)),
        KeyCode::Down | KeyCode::Char('j') => {
            Answer::Choose((chosen + 1).min(count.saturating_sub(1)))
        }
        _ => Answer::Choose(chosen),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_stays_within_the_list() {
        let press = |code, chosen| answer(KeyEvent::new(code, KeyModifiers::NONE), chosen, 3);
        assert_eq!(press(KeyCode::Up, 0), Answer::Choose(0));
        assert_eq!(press(KeyCode::Down, 1), Answer::Choose(2));
        assert_eq!(press(KeyCode::Down, 2), Answer::Choose(2));
        assert_eq!(press(KeyCode::Enter, 2), Answer::Take);
        assert_eq!(press(KeyCode::Esc, 2), Answer::Leave);
    }
}
