/* What Refined itself says (steps and reasons of the funnel, tags of themes, fields, measures), in Portuguese. An unknown word stays as it is. */
"use strict";

cine.terms = { en: {
  release_date: "release date", original_title: "original title", original_language: "original language", tmdb_votes: "votes on TMDB", imdb_votes: "votes on IMDb", imdb_year: "year on IMDb", imdb_runtime: "runtime on IMDb",
  cast_members: "cast",
}, pt: {
  "records in Raw": "registros em Raw", "the file is absent or damaged": "o arquivo falta ou está danificado", quarantined: "em quarentena", "the same record in another file of the run": "o mesmo registro em outro arquivo da execução",
  "superseded by another record of the run": "substituído por outro registro da execução", "superseded by a later run": "substituído por uma execução posterior", "distinct titles": "títulos distintos", "imdb_id was not asked for": "imdb_id não foi pedido",
  "imdb_id is null or none": "imdb_id é nulo ou não existe", "imdb_id is empty": "imdb_id está vazio", "imdb_id is no tt and digits": "imdb_id não é tt e dígitos", "with imdb_id": "com imdb_id", "not in the IMDb files": "não está nos arquivos do IMDb",
  "joined to IMDb": "unidos ao IMDb", "neither budget nor revenue": "nem orçamento nem receita", "budget unknown": "orçamento desconhecido", "revenue unknown": "receita desconhecida", "with budget and revenue": "com orçamento e receita", plausible: "plausíveis",
  "the title is gone: TMDB answers 404": "o título sumiu: o TMDB responde 404", "the title was merged into another": "o título foi unido a outro", "the title left the selection: no slice holds it": "o título saiu da seleção: nenhuma fatia o contém",
  "budget under 1,000": "orçamento abaixo de 1.000", "revenue under 1,000": "receita abaixo de 1.000", "budget over 1 billion": "orçamento acima de 1 bilhão", "revenue over 5 billion": "receita acima de 5 bilhões",
  "revenue over 20,000 times the budget": "receita acima de 20.000 vezes o orçamento", entered: "entraram", lost: "perdidos", remaining: "restaram",
  corruption: "corrupção", drugs: "drogas", fraud: "fraude", heist: "assalto", kidnapping: "sequestro", "mafia and gangs": "máfia e gangues", murder: "assassinato", prison: "prisão", terrorism: "terrorismo",
  "it is a series, and TMDB has no budget or revenue of any": "é uma série, e o TMDB não tem orçamento nem receita de nenhuma",
  "based on a true story": "baseado em história real", "Algerian War": "Guerra da Argélia", "American Civil War": "Guerra Civil Americana", "American Revolution": "Revolução Americana", "Cold War": "Guerra Fria", "Gulf War": "Guerra do Golfo",
  "Iraq War": "Guerra do Iraque", "Korean War": "Guerra da Coreia", "Napoleonic Wars": "Guerras Napoleônicas", "Russian Civil War": "Guerra Civil Russa", "Sino-Japanese War": "Guerra Sino-Japonesa", "Spanish Civil War": "Guerra Civil Espanhola",
  "Vietnam War": "Guerra do Vietnã", "War in Afghanistan": "Guerra do Afeganistão", "World War I": "Primeira Guerra Mundial", "World War II": "Segunda Guerra Mundial", "Yugoslav Wars": "Guerras da Iugoslávia",
  release_date: "data de lançamento", original_title: "título original", original_language: "língua original", tmdb_votes: "votos no TMDB", imdb_votes: "votos no IMDb", imdb_year: "ano no IMDb", imdb_runtime: "duração no IMDb",
  unknown: "desconhecido", overview: "sinopse", tagline: "slogan", homepage: "página oficial", poster: "cartaz", languages: "línguas", companies: "produtoras", keywords: "palavras-chave", cast_members: "elenco", undated: "sem data",
} };

/** What Refined says, in the language of the page; several reasons stand with "; " between them. */
cine.termOf = (lang, text) => String(text).split("; ").map((part) => cine.terms[lang][part] ?? part).join("; ");
