document.title = 'playtrace'
