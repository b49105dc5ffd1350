/** How a game sends its first event, in the language of each engine: with its key, ready to paste. */
export interface Snippet {
  engine: string
  text: string
}

/** Without a key, on a server that asks for none, the event itself says of which game it is. */
export function snippets(url: string, key: string | null, gameId = ''): Snippet[] {
  const ofGame = key === null ? `"gameId":${JSON.stringify(gameId)},` : ''
  const event = `{${ofGame}"eventType":"session_start","playerId":"player-1","payload":{"platform":"windows","version":"1.0.0"}}`
  const when = (text: string): string => (key === null ? '' : text)
  const escaped = event.replaceAll('"', '\\"')
  return [
    {
      engine: 'Terminal',
      text: `curl ${url} -H "Content-Type: application/json"${when(` -H "Authorization: Bearer ${key}"`)} -d "${escaped}"`,
    },
    {
      engine: 'Unity',
      text: `var request = new UnityWebRequest("${url}", "POST") {
    uploadHandler = new UploadHandlerRaw(System.Text.Encoding.UTF8.GetBytes("${escaped}")),
    downloadHandler = new DownloadHandlerBuffer()
};
request.SetRequestHeader("Content-Type", "application/json");
${when(`request.SetRequestHeader("Authorization", "Bearer ${key}");\n`)}yield return request.SendWebRequest();`,
    },
    {
      engine: 'Unreal',
      text: `TSharedRef<IHttpRequest> Request = FHttpModule::Get().CreateRequest();
Request->SetURL(TEXT("${url}"));
Request->SetVerb(TEXT("POST"));
Request->SetHeader(TEXT("Content-Type"), TEXT("application/json"));
${when(`Request->SetHeader(TEXT("Authorization"), TEXT("Bearer ${key}"));\n`)}Request->SetContentAsString(TEXT("${escaped}"));
Request->ProcessRequest();`,
    },
    {
      engine: 'Godot',
      text: `var request := HTTPRequest.new()
add_child(request)
request.request("${url}", ["Content-Type: application/json"${when(`, "Authorization: Bearer ${key}"`)}], HTTPClient.METHOD_POST, "${escaped}")`,
    },
    {
      engine: 'Web',
      text: `await fetch("${url}", {
  method: "POST",
  headers: { "Content-Type": "application/json"${when(`, Authorization: "Bearer ${key}"`)} },
  body: JSON.stringify(${event}),
});`,
    },
  ]
}
