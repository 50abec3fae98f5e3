import { type CommercialModel, type UseType } from '../../uses';

/** What DDEX use types mean to a Russian reader. A contract names the code; the words only explain it. */
export const USES_IN_RUSSIAN: Readonly<Partial<Record<UseType, string>>> = {
  Broadcast: 'эфирное вещание',
  Cable: 'кабельное вещание',
  ConditionalDownload: 'условное скачивание',
  ContentInfluencedStream: 'поток по выбору слушателя из подборки',
  Download: 'скачивание',
  DubForAdvertisement: 'запись в рекламу',
  DubForMovies: 'запись в фильм',
  DubForTV: 'запись в телепрограмму',
  KioskDownload: 'скачивание в торговой точке',
  LiveStream: 'прямая трансляция',
  NonInteractiveStream: 'неинтерактивный поток',
  OnDemandStream: 'прослушивание по запросу',
  PermanentDownload: 'постоянное скачивание',
  PlayInPublic: 'публичное исполнение',
  Podcast: 'подкаст',
  PurchaseAsPhysicalProduct: 'продажа экземпляра на материальном носителе',
  Rent: 'прокат',
  Simulcast: 'одновременная трансляция в сети',
  Stream: 'потоковое прослушивание',
  TetheredDownload: 'скачивание с ограничением доступа',
  UseAsKaraoke: 'караоке',
  UseAsRingbackTone: 'мелодия вместо гудка',
  UseAsRingtone: 'мелодия звонка',
  UseForIdentification: 'распознавание фонограмм',
  UserMakeAvailableLabelProvided: 'размещение пользователем, файл Лицензиара',
  UserMakeAvailableUserProvided: 'размещение пользователем, файл пользователя',
  Webcast: 'вещание в сети',
  'accordo:AiTraining': 'обучение моделей искусственного интеллекта',
};

export const MODELS_IN_RUSSIAN: Readonly<Partial<Record<CommercialModel, string>>> = {
  AdvertisementSupportedModel: 'за счёт рекламы',
  DeviceFeeModel: 'сбор с устройств',
  FreeOfChargeModel: 'бесплатно для пользователя',
  PayAsYouGoModel: 'оплата каждого использования',
  PerformanceRoyaltiesModel: 'вознаграждение за исполнение',
  RightsClaimModel: 'монетизация по заявке правообладателя',
  SubscriptionModel: 'подписка',
};
